"""The invented population on which every stand-in vendor draws."""

from sandbox.world.model import (
    Case,
    Customer,
    Patient,
    Payer,
    Policy,
    Practice,
    Provider,
    ServiceLocation,
    User,
)
from sandbox.world.population import World

__all__ = [
    "Case",
    "Customer",
    "Patient",
    "Payer",
    "Policy",
    "Practice",
    "Provider",
    "ServiceLocation",
    "User",
    "World",
]
