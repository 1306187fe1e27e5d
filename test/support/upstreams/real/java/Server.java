// A server of the official SDK for Java: `java Server.java http SCHEME PORT` or `java Server.java stdio SCHEME`.

import io.modelcontextprotocol.json.McpJsonDefaults;
import io.modelcontextprotocol.json.McpJsonMapper;
import io.modelcontextprotocol.server.McpServer;
import io.modelcontextprotocol.server.McpServerFeatures.SyncPromptSpecification;
import io.modelcontextprotocol.server.McpServerFeatures.SyncResourceSpecification;
import io.modelcontextprotocol.server.McpServerFeatures.SyncResourceTemplateSpecification;
import io.modelcontextprotocol.server.McpSyncServerExchange;
import io.modelcontextprotocol.server.transport.HttpServletStreamableServerTransportProvider;
import io.modelcontextprotocol.server.transport.StdioServerTransportProvider;
import io.modelcontextprotocol.spec.McpError;
import io.modelcontextprotocol.spec.McpSchema.*;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.catalina.startup.Tomcat;

public class Server {
    private static final McpJsonMapper JSON = McpJsonDefaults.getMapper();

    public static void main(String[] given) throws Exception {
        if (given[0].equals("stdio")) {
            offer(McpServer.sync(new StdioServerTransportProvider(JSON)), given[1]).build();
            return;
        }
        var transport = HttpServletStreamableServerTransportProvider.builder().mcpEndpoint("/mcp").build();
        offer(McpServer.sync(transport), given[1]).build();
        var tomcat = new Tomcat();
        tomcat.setPort(Integer.parseInt(given[2]));
        tomcat.getConnector().setProperty("address", "127.0.0.1");
        tomcat.setBaseDir(System.getProperty("java.io.tmpdir"));
        var context = tomcat.addContext("", null);
        Tomcat.addServlet(context, "mcp", transport).setAsyncSupported(true);
        context.addServletMapping("/*", "mcp");
        tomcat.start();
    }

    /** The same as the servers in other languages, see `ownRequests`. */
    private static <S extends McpServer.SyncSpecification<S>> McpServer.SyncSpecification<S> offer(
            McpServer.SyncSpecification<S> server, String scheme) {
        var place = "{\"type\":\"object\",\"properties\":{\"name\":{\"type\":\"string\"},\"height\":{\"type\":\"integer\"}}}";
        return server.serverInfo("real", "1")
                .instructions("Tools of every kind.")
                .capabilities(ServerCapabilities.builder().tools(true).resources(false, true).prompts(true).logging().build())
                .toolCall(tool("echo", "{\"value\":{}}").description("Gives back what it was given.").title("Echo")
                        .meta(Map.of("example.com/kind", 1.5)).build(),
                        (exchange, call) -> said(call.arguments().get("value")))
                .toolCall(tool("add", "{\"a\":{\"type\":\"integer\"},\"b\":{\"type\":\"number\",\"default\":1}}")
                        .annotations(ToolAnnotations.builder().title("Sum").readOnlyHint(true).build()).build(),
                        (exchange, call) -> said(((Number) call.arguments().get("a")).longValue() + 1))
                .toolCall(tool("visit", "{\"place\":" + place + "}").outputSchema(JSON, place).build(),
                        (exchange, call) -> CallToolResult.builder().structuredContent(call.arguments().get("place")).build())
                .toolCall(tool("fail", "{\"message\":{\"type\":\"string\"}}").build(),
                        (exchange, call) -> { throw new IllegalStateException(String.valueOf(call.arguments().get("message"))); })
                .toolCall(tool("refuse", "{}").build(),
                        (exchange, call) -> { throw McpError.builder(-32050).message("Not today.").data(Map.of("retry", 1.5)).build(); })
                .toolCall(tool("report", "{\"steps\":{\"type\":\"integer\"}}").build(), Server::report)
                .toolCall(tool("ask", "{}").build(), Server::ask)
                .resources(new SyncResourceSpecification(
                        Resource.builder(scheme + "://fixed", "fixed").mimeType("application/json").build(), Server::read))
                .resourceTemplates(new SyncResourceTemplateSpecification(
                        ResourceTemplate.builder(scheme + "://by-name/{name}", "by-name").build(), Server::read))
                .prompts(new SyncPromptSpecification(Prompt.builder("greet").arguments(List.of(
                        PromptArgument.builder("name").required(true).build(), PromptArgument.builder("tone").build())).build(),
                        (exchange, asked) -> GetPromptResult.builder(List.of(PromptMessage.builder(Role.USER,
                                TextContent.builder("Greet " + asked.arguments().get("name")).build()).build())).build()));
    }

    /** The first of its properties, each of them in JSON, is required. */
    private static Tool.Builder tool(String name, String properties) {
        var required = properties.equals("{}") ? "" : ",\"required\":[" + properties.substring(1, properties.indexOf(':')) + "]";
        return Tool.builder(name, JSON, "{\"type\":\"object\",\"properties\":" + properties + required + "}");
    }

    private static CallToolResult said(Object value) {
        try {
            return CallToolResult.builder().addTextContent(JSON.writeValueAsString(value)).build();
        } catch (java.io.IOException error) {
            throw new java.io.UncheckedIOException(error);
        }
    }

    private static CallToolResult report(McpSyncServerExchange exchange, CallToolRequest call) {
        int steps = ((Number) call.arguments().get("steps")).intValue();
        for (int step = 1; step <= steps; step++) {
            exchange.progressNotification(ProgressNotification.builder(call.meta().get("progressToken"), step).total((double) steps).build());
            exchange.loggingNotification(LoggingMessageNotification.builder(LoggingLevel.WARNING, "step " + step).logger("real").build());
        }
        return said("done");
    }

    private static CallToolResult ask(McpSyncServerExchange exchange, CallToolRequest call) {
        var wanted = new TreeMap<String, Object>(Map.of("type", "object", "properties", Map.of("name", Map.of("type", "string")))); // in an order that stays
        var answer = exchange.createElicitation(ElicitFormRequest.builder("Who are you?", wanted).build());
        return said(answer.content());
    }

    private static ReadResourceResult read(McpSyncServerExchange exchange, ReadResourceRequest asked) {
        var text = TextResourceContents.builder(asked.uri(), "{\"a\":1.0}").mimeType("application/json").build();
        return ReadResourceResult.builder(List.of(text)).build();
    }
}
