-- Messages go by mail too. The sealed number of a message (phone_enc) is then an address; user_id tells that it is for somebody
-- of the staff.
ALTER TABLE sms ADD COLUMN medium TEXT NOT NULL DEFAULT 'sms' CHECK (medium IN ('sms','mail'));
ALTER TABLE sms ADD COLUMN subject_enc {{bytes}};
ALTER TABLE sms ADD COLUMN user_id UUID;
ALTER TABLE orders ADD COLUMN email_enc {{bytes}};

-- How the mail server is reached; the newest row is in force, all of it sealed.
CREATE TABLE mail_server (
    id           UUID   NOT NULL PRIMARY KEY,
    settings_enc {{bytes}} NOT NULL,
    reason       TEXT   NOT NULL,
    at           BIGINT NOT NULL,
    by_id        UUID   NOT NULL
);
CREATE INDEX mail_server_at ON mail_server (at, id);

-- Where somebody of the staff wants to be told by mail, and what.
CREATE TABLE staff_mail (
    user_id   UUID   NOT NULL PRIMARY KEY,
    email_enc {{bytes}} NOT NULL,
    choice    TEXT   NOT NULL CHECK (choice IN ('off','urgent','all')),
    at        BIGINT NOT NULL
);
