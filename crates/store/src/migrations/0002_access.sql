-- Failed logins by name and address.

CREATE TABLE login_lock (
    login        TEXT   NOT NULL,
    ip           TEXT   NOT NULL,
    failed_n     BIGINT NOT NULL,
    last_at      BIGINT NOT NULL,
    locked_until BIGINT,
    PRIMARY KEY (login, ip)
);
