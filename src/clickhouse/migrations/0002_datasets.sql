-- The datasets of src/stock-data/datasets, column by column as described there. Unpartitioned, so that an import becomes
-- visible in one step (ATTACH PARTITION tuple()). import_version is the number of the import and the line of the file:
-- of two rows with the same key the later import wins, and in one file the later line. Read them with FINAL.
CREATE TABLE IF NOT EXISTS symbols
(
    symbol         LowCardinality(String),
    name           String,
    type           LowCardinality(String),
    exchange       LowCardinality(String),
    currency       LowCardinality(String),
    sector         LowCardinality(String),
    is_synthetic   Bool,
    import_version UInt64
)
ENGINE = ReplacingMergeTree(import_version)
ORDER BY symbol;

CREATE TABLE IF NOT EXISTS daily_bars
(
    symbol         LowCardinality(String),
    date           Date32,
    open           Float64,
    high           Float64,
    low            Float64,
    close          Float64,
    adj_close      Float64,
    volume         UInt64,
    is_synthetic   Bool,
    import_version UInt64
)
ENGINE = ReplacingMergeTree(import_version)
ORDER BY (symbol, date);

CREATE TABLE IF NOT EXISTS monthly_prices
(
    symbol         LowCardinality(String),
    month          Date32,
    price          Float64,
    is_synthetic   Bool,
    import_version UInt64
)
ENGINE = ReplacingMergeTree(import_version)
ORDER BY (symbol, month);

CREATE TABLE IF NOT EXISTS trade_calendar
(
    exchange       LowCardinality(String),
    date           Date32,
    is_synthetic   Bool,
    import_version UInt64
)
ENGINE = ReplacingMergeTree(import_version)
ORDER BY (exchange, date);

CREATE TABLE IF NOT EXISTS daily_valuation
(
    symbol             LowCardinality(String),
    date               Date32,
    market_cap         Float64,
    shares_outstanding Nullable(Float64),
    pe_ratio           Nullable(Float64),
    pb_ratio           Nullable(Float64),
    dividend_yield     Nullable(Float64),
    is_synthetic       Bool,
    import_version     UInt64
)
ENGINE = ReplacingMergeTree(import_version)
ORDER BY (symbol, date);

CREATE TABLE IF NOT EXISTS income_statement
(
    symbol           LowCardinality(String),
    period_end       Date32,
    period           LowCardinality(String),
    currency         LowCardinality(String),
    revenue          Float64,
    cost_of_revenue  Nullable(Float64),
    gross_profit     Nullable(Float64),
    operating_income Nullable(Float64),
    net_income       Nullable(Float64),
    eps_diluted      Nullable(Float64),
    is_synthetic     Bool,
    import_version   UInt64
)
ENGINE = ReplacingMergeTree(import_version)
ORDER BY (symbol, period_end, period);

-- One row per import. It is written before the rows become visible (is_done = 0) and again afterwards (is_done = 1), so
-- that an import cut off between the two is noticed and settled. The newest version of a dataset is its data version,
-- which all replicas poll.
CREATE TABLE IF NOT EXISTS dataset_imports
(
    dataset     LowCardinality(String),
    version     UInt64,
    is_done     UInt8,
    fingerprint String,
    source      String,
    rows        UInt64,
    rejected    UInt64,
    imported_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(is_done)
ORDER BY (dataset, version);
