-- 统一身份认证: which identity of which provider an account is bound to. A login the provider gives to somebody else opens nothing.
CREATE TABLE sign_in_binding (
    id          UUID      NOT NULL PRIMARY KEY,
    user_id     UUID      NOT NULL REFERENCES staff (id),
    issuer      TEXT      NOT NULL,
    subject_enc {{bytes}} NOT NULL,
    subject_idx TEXT      NOT NULL,
    bound_at    BIGINT    NOT NULL,
    used_at     BIGINT    NOT NULL,
    ended_at    BIGINT,
    ended_by    UUID      REFERENCES staff (id),
    end_reason  TEXT,
    CHECK ((ended_at IS NULL) = (ended_by IS NULL) AND (ended_at IS NULL) = (end_reason IS NULL))
);
-- One identity opens one account, and an account has one identity at each provider; what ended stays to be read.
CREATE UNIQUE INDEX sign_in_binding_subject ON sign_in_binding (issuer, subject_idx) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX sign_in_binding_user ON sign_in_binding (user_id, issuer) WHERE ended_at IS NULL;
CREATE INDEX sign_in_binding_of ON sign_in_binding (user_id, bound_at DESC);

-- What the provider must be told when such a session ends, and by what it names the session itself; gone with the session.
CREATE TABLE sign_in_session (
    session      UUID      NOT NULL PRIMARY KEY REFERENCES session (id) ON DELETE CASCADE,
    binding      UUID      NOT NULL REFERENCES sign_in_binding (id),
    sid          TEXT,
    id_token_enc {{bytes}} NOT NULL
);
CREATE INDEX sign_in_session_binding ON sign_in_session (binding);
