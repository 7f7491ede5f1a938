-- name: credentials^
-- Purpose: what a login's password and code are checked against.
-- Grain: person.
SELECT user_id, disabled, hash, secret, last_step FROM ops.credentials_of(:login);

-- name: awaiting_code^
-- Purpose: the sign-in behind a token that waits for its second factor.
-- Grain: session.
SELECT session, user_id, login, secret, last_step FROM ops.awaiting_code(:token);

-- name: known_addresses
-- Purpose: from where a login was let in of late.
-- Grain: address.
SELECT DISTINCT s.address FROM ops.sessions s JOIN ops.users u ON u.id = s.user_id
WHERE u.login = :login AND NOT s.awaits_code AND s.began_at > now() - interval '30 days';

-- name: take_try^
-- Purpose: count a try of a login or an address before it is looked at; one that is locked is not counted.
-- Grain: login or address.
INSERT INTO ops.refused_sign_ins AS r (subject, tries, last_at, locked_until)
VALUES (:subject, 1, :now, '-infinity')
ON CONFLICT (subject) DO UPDATE
SET tries = CASE WHEN r.locked_until > :now THEN r.tries
                 WHEN r.last_at < :now - interval '1 hour' THEN 1 ELSE r.tries + 1 END,
    last_at = CASE WHEN r.locked_until > :now THEN r.last_at ELSE :now END
RETURNING r.tries, r.locked_until > :now AS locked;

-- name: lock_until!
-- Purpose: let nobody try this login, or from this address, until then.
-- Grain: login or address.
UPDATE ops.refused_sign_ins SET locked_until = :until WHERE subject = :subject;

-- name: forget_tries!
-- Purpose: a login begins anew after it was let in.
-- Grain: login.
DELETE FROM ops.refused_sign_ins WHERE subject = :subject;

-- name: take_back_try!
-- Purpose: a try that was right is none of the refused ones.
-- Grain: login or address.
UPDATE ops.refused_sign_ins SET tries = greatest(tries - 1, 0), locked_until = '-infinity' WHERE subject = :subject;

-- name: begin_session<!
-- Purpose: a new session, or a sign-in that waits for its code; returns its id.
-- Grain: session.
INSERT INTO ops.sessions (user_id, token_digest, awaits_code, factor, address, browser)
VALUES (:user_id, :digest, :awaits_code, :factor, :address, :browser)
RETURNING id;

-- name: confirm_session!
-- Purpose: the second factor was right; the session gets another token and begins.
-- Grain: session.
UPDATE ops.sessions SET token_digest = :digest, awaits_code = false, factor = :factor, began_at = now(), seen_at = now()
WHERE id = :session AND awaits_code AND ended_at IS NULL;

-- name: attend^
-- Purpose: who is behind a token, if the session is open.
-- Grain: session.
SELECT session, user_id, login, name, time_zone, landing_page, all_clients, clients, roles, permissions, began_at,
       seen_at, asked_at, wider_until
FROM ops.attend(:token, :active);

-- name: end_session!
-- Purpose: end one open session of a person.
-- Grain: session.
UPDATE ops.sessions SET ended_at = now(), ended_why = :why
WHERE id = :session AND user_id = :user_id AND ended_at IS NULL;

-- name: end_sessions!
-- Purpose: end every open session of a person but one.
-- Grain: session.
UPDATE ops.sessions SET ended_at = now(), ended_why = :why
WHERE user_id = :user_id AND ended_at IS NULL AND id IS DISTINCT FROM :but::uuid;

-- name: open_sessions
-- Purpose: the sessions of a person that have not ended, latest first.
-- Grain: session.
SELECT id, factor, began_at, seen_at, address, browser
FROM ops.sessions
WHERE user_id = :user_id AND ended_at IS NULL AND NOT awaits_code
  AND seen_at > now() - interval '15 minutes' AND began_at > now() - interval '12 hours'
ORDER BY seen_at DESC;

-- name: save_password!
-- Purpose: keep a person's new password.
-- Grain: person.
INSERT INTO ops.passwords (user_id, hash) VALUES (:user_id, :hash)
ON CONFLICT (user_id) DO UPDATE SET hash = :hash, changed_at = now();

-- name: add_link!
-- Purpose: a link that works once.
-- Grain: link.
INSERT INTO ops.setup_links (token_digest, user_id, made_by, ends_at) VALUES (:digest, :user_id, :made_by, :ends_at);

-- name: void_links!
-- Purpose: earlier links of the same person, or of the first one, work no more.
-- Grain: link.
UPDATE ops.setup_links SET used_at = :now WHERE user_id IS NOT DISTINCT FROM :user_id AND used_at IS NULL;

-- name: open_link^
-- Purpose: whom a link is for, while it works.
-- Grain: link.
SELECT l.user_id, u.login FROM ops.setup_links l LEFT JOIN ops.users u ON u.id = l.user_id
WHERE l.token_digest = :digest AND l.used_at IS NULL AND l.ends_at > :now AND u.disabled_at IS NULL;

-- name: use_link^
-- Purpose: use a link up; nothing comes back where somebody was quicker or its time is over.
-- Grain: link.
UPDATE ops.setup_links SET used_at = :now
WHERE token_digest = :digest AND used_at IS NULL AND ends_at > :now
RETURNING user_id;

-- name: start_factor!
-- Purpose: keep the secret of a second factor that is not confirmed yet; a confirmed one stays.
-- Grain: person.
INSERT INTO ops.second_factors (user_id, secret) VALUES (:user_id, :secret)
ON CONFLICT (user_id) DO UPDATE SET secret = :secret, last_step = 0
WHERE ops.second_factors.confirmed_at IS NULL;

-- name: unconfirmed_factor$
-- Purpose: the secret that a person is setting up.
-- Grain: person.
SELECT ops.unconfirmed_factor_of(:user_id);

-- name: confirm_factor!
-- Purpose: the first code was right.
-- Grain: person.
UPDATE ops.second_factors SET confirmed_at = :now, last_step = :step WHERE user_id = :user_id AND confirmed_at IS NULL;

-- name: use_step!
-- Purpose: use the code of a step up; nothing changes where it, or a later one, was used.
-- Grain: person.
UPDATE ops.second_factors SET last_step = :step WHERE user_id = :user_id AND last_step < :step;

-- name: drop_factor!
-- Purpose: a person has no second factor any more.
-- Grain: person.
DELETE FROM ops.second_factors WHERE user_id = :user_id;

-- name: drop_recovery_codes!
-- Purpose: a person's recovery codes work no more.
-- Grain: recovery code.
DELETE FROM ops.recovery_codes WHERE user_id = :user_id;

-- name: add_recovery_code!
-- Purpose: keep the digest of a recovery code.
-- Grain: recovery code.
INSERT INTO ops.recovery_codes (user_id, digest) VALUES (:user_id, :digest);

-- name: use_recovery_code!
-- Purpose: use a recovery code up.
-- Grain: recovery code.
UPDATE ops.recovery_codes SET used_at = now() WHERE user_id = :user_id AND digest = :digest AND used_at IS NULL;

-- name: factor_of^
-- Purpose: whether a person has a confirmed second factor, and how many recovery codes are left.
-- Grain: person.
SELECT f.confirmed_at, (SELECT count(*) FROM ops.recovery_codes c WHERE c.user_id = :user_id AND c.used_at IS NULL)
       AS codes_left
FROM ops.second_factors f WHERE f.user_id = :user_id AND f.confirmed_at IS NOT NULL;

-- name: forget_sessions!
-- Purpose: let sessions go that were over by then; the audit has who signed in when.
-- Grain: session.
DELETE FROM ops.sessions WHERE coalesce(ended_at, began_at + interval '12 hours') < :before;

-- name: forget_links!
-- Purpose: let links go that could not be used any more by then.
-- Grain: link.
DELETE FROM ops.setup_links WHERE ends_at < :before;

-- name: forget_refused!
-- Purpose: let go of what is known of tries to sign in before then.
-- Grain: login or address.
DELETE FROM ops.refused_sign_ins WHERE last_at < :before AND locked_until < :before;
