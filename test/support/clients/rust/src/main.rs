//! Calls a tool of a gateway with the official SDK for Rust, and prints its text: `client URL`, the key in TALLYGATE_API_KEY.
use rmcp::ServiceExt;
use rmcp::model::CallToolRequestParams;
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;
use std::error::Error;

async fn greet(url: &str, key: &str) -> Result<String, Box<dyn Error>> {
    let config = StreamableHttpClientTransportConfig::with_uri(url);
    let config = if key.is_empty() { config } else { config.auth_header(key) };
    let client = ().serve(StreamableHttpClientTransport::from_config(config)).await?;
    let arguments = serde_json::json!({ "name": "Alice" }).as_object().cloned().unwrap();
    let result = client.call_tool(CallToolRequestParams::new("greet").with_arguments(arguments)).await?;
    let text = result.content[0].as_text().ok_or("no text")?.text.clone();
    client.cancel().await?;
    Ok(text)
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let url = std::env::args().nth(1).expect("a URL");
    let key = std::env::var("TALLYGATE_API_KEY").unwrap_or_default();
    match greet(&url, &key).await {
        Ok(text) => println!("{text}"),
        Err(error) => {
            eprintln!("{error}");
            std::process::exit(1);
        }
    }
}
