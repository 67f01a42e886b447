-- Answers that citizens allowed to be published and nobody has looked at yet.
CREATE INDEX orders_publishable ON orders (reply_at, id) WHERE publishable AND reply IS NOT NULL;
