//! A server of the official SDK for Rust: `server http SCHEME PORT` or `server stdio SCHEME`.
use rmcp::handler::server::router::{prompt::PromptRouter, tool::ToolRouter};
use rmcp::handler::server::wrapper::{Json, Parameters};
use rmcp::model::*;
use rmcp::service::RequestContext;
use rmcp::transport::streamable_http_server::{StreamableHttpService, session::local::LocalSessionManager};
use rmcp::{ErrorData, Peer, RoleServer, ServerHandler, ServiceExt};
use rmcp::{prompt, prompt_handler, prompt_router, schemars, tool, tool_handler, tool_router};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Deserialize, JsonSchema)]
struct Echoed {
    value: serde_json::Value,
}

#[derive(Deserialize, JsonSchema)]
struct Sum {
    a: i64,
    b: Option<f64>,
}

#[derive(Deserialize, Serialize, JsonSchema)]
struct Place {
    name: String,
    height: Option<u16>,
}

#[derive(Deserialize, JsonSchema)]
struct Visit {
    place: Place,
    #[allow(dead_code)]
    others: Option<Vec<Place>>,
}

#[derive(Deserialize, JsonSchema)]
struct Failure {
    message: String,
}

#[derive(Deserialize, JsonSchema)]
struct Steps {
    steps: u32,
}

#[derive(Deserialize, JsonSchema)]
struct Greeting {
    name: String,
    tone: Option<String>,
}

#[derive(Clone)]
struct Real {
    scheme: String,
    tool_router: ToolRouter<Self>,
    prompt_router: PromptRouter<Self>,
}

#[tool_router]
impl Real {
    #[tool(description = "Gives back what it was given.", title = "Echo")]
    fn echo(&self, Parameters(Echoed { value }): Parameters<Echoed>) -> String {
        value.to_string()
    }

    #[tool(annotations(title = "Sum", read_only_hint = true))]
    fn add(&self, Parameters(Sum { a, b }): Parameters<Sum>) -> String {
        b.map_or(a.to_string(), |b| (a as f64 + b).to_string())
    }

    #[tool]
    fn visit(&self, Parameters(Visit { place, .. }): Parameters<Visit>) -> Json<Place> {
        Json(place)
    }

    #[tool]
    fn fail(&self, Parameters(Failure { message }): Parameters<Failure>) -> Result<String, ErrorData> {
        Err(ErrorData::internal_error(message, Some(serde_json::json!({ "retry": 1.5 }))))
    }

    #[tool]
    async fn report(
        &self,
        Parameters(Steps { steps }): Parameters<Steps>,
        meta: RequestMetaObject,
        client: Peer<RoleServer>,
    ) -> Result<String, ErrorData> {
        let Some(token) = meta.get_progress_token() else { return Ok("nobody wants to know".into()) };
        for step in 1..=steps {
            let progress = ProgressNotificationParam::new(token.clone(), step.into()).with_total(steps.into());
            let told = client.notify_progress(progress.with_message("on the way")).await;
            told.map_err(|error| ErrorData::internal_error(error.to_string(), None))?;
        }
        Ok("done".into())
    }
}

#[prompt_router]
impl Real {
    #[prompt(description = "A greeting")]
    async fn greet(&self, Parameters(Greeting { name, tone }): Parameters<Greeting>) -> Vec<PromptMessage> {
        let tone = tone.unwrap_or("friendly".into());
        vec![PromptMessage::new_text(Role::User, format!("Greet {name} in a {tone} way."))]
    }
}

#[tool_handler(router = self.tool_router)]
#[prompt_handler(router = self.prompt_router)]
impl ServerHandler for Real {
    fn get_info(&self) -> ServerConfig {
        let offers = ServerCapabilities::builder().enable_tools().enable_prompts().enable_resources().build();
        ServerConfig::new(offers).with_instructions("Tools of every kind.")
    }

    async fn list_resources(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        let fixed = Resource::new(format!("{}://fixed", self.scheme), "fixed").with_mime_type("application/json");
        Ok(ListResourcesResult::with_all_items(vec![fixed]))
    }

    async fn list_resource_templates(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        let by_name = ResourceTemplate::new(format!("{}://by-name/{{name}}", self.scheme), "by-name");
        Ok(ListResourceTemplatesResult::with_all_items(vec![by_name]))
    }

    async fn read_resource(
        &self,
        ReadResourceRequestParams { uri, .. }: ReadResourceRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let path = uri.split_once("://").map_or("", |(_, path)| path);
        match path.strip_prefix("by-name/") {
            Some(name) => Ok(ReadResourceResult::new(vec![ResourceContents::blob(name, uri.clone())]).into()),
            None if path == "fixed" => Ok(ReadResourceResult::new(vec![ResourceContents::text(r#"{"a":1.0}"#, uri)]).into()),
            None => Err(ErrorData::resource_not_found("There is no such resource.", Some(serde_json::json!({ "uri": uri })))),
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let given: Vec<String> = std::env::args().collect();
    let scheme = given[2].clone();
    let real = move || Real { scheme: scheme.clone(), tool_router: Real::tool_router(), prompt_router: Real::prompt_router() };
    if given[1] == "stdio" {
        real().serve(rmcp::transport::stdio()).await?.waiting().await?;
        return Ok(());
    }
    let service: StreamableHttpService<Real, LocalSessionManager> =
        StreamableHttpService::new(move || Ok(real()), Default::default(), Default::default());
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{}", given[3])).await?;
    axum::serve(listener, axum::Router::new().nest_service("/mcp", service)).await?;
    Ok(())
}
