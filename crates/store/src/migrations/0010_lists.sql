-- Lists by date read their conditions from the index itself: an order is fetched only when it is shown.

DROP INDEX orders_registered;
CREATE INDEX orders_registered ON orders
    (registered_at, id, state, demand_type, channel, category, region, urgency, confidentiality, registered_by, rating);
