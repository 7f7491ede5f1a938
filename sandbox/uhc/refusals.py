"""The payer's errors: codes, their HTTP status and what is told (contract section 6)."""

from __future__ import annotations

from sandbox.json_replies import JsonReply

#: Code to what is told with it, in our own words but for 107, whose words were seen.
_TOLD = {
    "LCLM_PS_102": "A mandatory element is missing.",
    "LCLM_PS_105": "The payer is not authorised.",
    "LCLM_PS_106": "This combination of dates and transaction id is not valid.",
    "LCLM_PS_107": "First Service Date and Last Service Date should be within last 24 months.",
    "LCLM_PS_108": "The first service date is not MM/dd/yyyy.",
    "LCLM_PS_111": "The last service date is not MM/dd/yyyy.",
    "LCLM_PS_112": "The range of service dates is too long.",
    "LCLM_PS_113": "The last service date is not valid.",
    "LCLM_PS_201": "No data found.",
    "LCLM_PS_202": "The payer is not authorised.",
    "LCLM_PS_203": "No data found for the transaction id.",
    "LCLM_PS_301": "The request timed out.",
    "LCLM_PS_302": "An exception occurred.",
    "LCLM_PS_303": "The system failed.",
    "LCLM_PS_304": "The back end failed.",
    "LCLM_PS_305": "Not all claims could be retrieved.",
    "LCLM_PS_306": "More than 500 claims were found.",
    "LCLM_PS_307": "The claim was found, its dates of service differ.",
    "LCLM_PS_500": "An exception occurred in claims.",
    "LCLM_PA_500": "An exception occurred in payments.",
}
NO_DATA, NO_TRANSACTION, TOO_MANY = "LCLM_PS_201", "LCLM_PS_203", "LCLM_PS_306"
UNAUTHORIZED = JsonReply(status=401, told={"message": "Unauthorized Access token is missing or invalid"})
INTERNAL = JsonReply(status=500, told={"errors": [{"code": "LCLM_PS_500", "message": _TOLD["LCLM_PS_500"]}]})


class Refused(Exception):
    """A call that is refused with one of the payer's codes."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    @property
    def reply(self) -> JsonReply:
        """What the caller is told."""
        told = {"code": self.code, "message": _TOLD.get(self.code, "An exception occurred.")}
        return JsonReply(status=_status(self.code), told={"errors": [told]})


def _status(code: str) -> int:
    if code in (NO_DATA, NO_TRANSACTION):
        return 404
    return 400 if code.startswith(("LCLM_PS_1", "LCLM_PS_2")) else 500
