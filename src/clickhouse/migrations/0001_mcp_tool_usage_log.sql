-- One row per metered tool call. Delivery may repeat a row, so the sorting key ends in the event's id and every
-- column of the key is fixed when the call is admitted: a repeated row replaces itself. Read it with FINAL, or with
-- LIMIT 1 BY id. Ordered by time within a user: that is how history is read, and at 10 million rows an hour of it is
-- found four times faster than with the tool's name before the time.
CREATE TABLE IF NOT EXISTS mcp_tool_usage_log
(
    id               UUID,
    request_id       String,
    user_id          String,
    api_key_id       String,
    tool_name        LowCardinality(String),
    service_prefix   LowCardinality(String),
    table_name       LowCardinality(String),
    arguments        String,
    record_count     UInt64,
    duration_ms      Float64,
    is_error         Bool,
    is_backend_error Bool,
    error_code       LowCardinality(String),
    error_message    String,
    credits_cost     UInt32,
    credits_charged  UInt32,
    client_name      LowCardinality(String),
    protocol_version LowCardinality(String),
    transport        LowCardinality(String),
    replica          LowCardinality(String),
    created_at       DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(created_at)
ORDER BY (user_id, created_at, id)
TTL toDateTime(created_at) + INTERVAL 13 MONTH
SETTINGS non_replicated_deduplication_window = 1000;

-- Closed hours, recomputed as a whole from the deduplicated rows above; the newest version wins. Nothing is ever
-- added to a row here, since adding would count a repeated delivery twice.
CREATE TABLE IF NOT EXISTS mcp_tool_usage_hourly
(
    user_id         String,
    hour            DateTime('UTC'),
    tool_name       LowCardinality(String),
    table_name      LowCardinality(String),
    api_key_id      String,
    calls           UInt64,
    records         UInt64,
    errors          UInt64,
    credits_charged UInt64,
    duration_ms     Float64,
    version         UInt64
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(hour)
ORDER BY (user_id, hour, tool_name, table_name, api_key_id)
TTL hour + INTERVAL 13 MONTH;
