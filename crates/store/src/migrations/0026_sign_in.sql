-- 统一身份认证: how staff and citizens are sent to an identity provider, sealed whole for it holds a password; every version stays.
CREATE TABLE sign_in (
    id           UUID    NOT NULL PRIMARY KEY,
    audience     TEXT    NOT NULL CHECK (audience IN ('staff','citizen')),
    enabled      BOOLEAN NOT NULL,
    settings_enc {{bytes}} NOT NULL,
    reason       TEXT    NOT NULL,
    at           BIGINT  NOT NULL,
    by_id        UUID    NOT NULL REFERENCES staff (id)
);
CREATE INDEX sign_in_at ON sign_in (audience, at DESC, id DESC);

-- By what a session was opened: who came through an identity provider has no password here that could grow old.
ALTER TABLE session ADD COLUMN via TEXT NOT NULL DEFAULT 'password' CHECK (via IN ('password','sign_in'));

CREATE INDEX staff_phone_idx ON staff (phone_idx);
