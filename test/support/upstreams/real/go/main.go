// Servers of the official SDK for Go and of mark3labs/mcp-go, over streamable HTTP: `server official|mcp-go PORT SCHEME`.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"log"
	"net/http"
	"os"
	"strings"

	community "github.com/mark3labs/mcp-go/mcp"
	communityserver "github.com/mark3labs/mcp-go/server"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

type echoed struct {
	Value any `json:"value"`
}

type place struct {
	Name   string `json:"name"`
	Height *int   `json:"height,omitempty"`
}

type visit struct {
	Place  place   `json:"place"`
	Others []place `json:"others,omitempty"`
}

type sum struct {
	A int64    `json:"a"`
	B *float64 `json:"b,omitempty"`
}

type failure struct {
	Message string `json:"message"`
}

func said(value any) *mcp.CallToolResult {
	text, _ := json.Marshal(value)
	return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: string(text)}}}
}

func official() http.Handler {
	server := mcp.NewServer(&mcp.Implementation{Name: "real", Version: "1"}, nil)
	mcp.AddTool(server, &mcp.Tool{Name: "echo", Description: "Gives back what it was given."},
		func(_ context.Context, _ *mcp.CallToolRequest, in echoed) (*mcp.CallToolResult, any, error) {
			return said(in.Value), nil, nil
		})
	mcp.AddTool(server, &mcp.Tool{Name: "add", Annotations: &mcp.ToolAnnotations{Title: "Sum", ReadOnlyHint: true}},
		func(_ context.Context, _ *mcp.CallToolRequest, in sum) (*mcp.CallToolResult, any, error) {
			if in.B == nil {
				return said(in.A), nil, nil
			}
			return said(float64(in.A) + *in.B), nil, nil
		})
	mcp.AddTool(server, &mcp.Tool{Name: "visit"},
		func(_ context.Context, _ *mcp.CallToolRequest, in visit) (*mcp.CallToolResult, place, error) {
			return nil, in.Place, nil
		})
	mcp.AddTool(server, &mcp.Tool{Name: "fail"},
		func(_ context.Context, _ *mcp.CallToolRequest, in failure) (*mcp.CallToolResult, any, error) {
			return nil, nil, errors.New(in.Message)
		})
	server.AddResource(&mcp.Resource{URI: os.Args[3] + "://fixed", Name: "fixed", MIMEType: "application/json"},
		func(_ context.Context, request *mcp.ReadResourceRequest) (*mcp.ReadResourceResult, error) {
			return &mcp.ReadResourceResult{Contents: []*mcp.ResourceContents{{URI: request.Params.URI, Text: `{"a":1.0}`}}}, nil
		})
	server.AddResourceTemplate(&mcp.ResourceTemplate{URITemplate: os.Args[3] + "://by-name/{name}", Name: "by-name"},
		func(_ context.Context, request *mcp.ReadResourceRequest) (*mcp.ReadResourceResult, error) {
			name := strings.TrimPrefix(request.Params.URI, os.Args[3]+"://by-name/")
			return &mcp.ReadResourceResult{Contents: []*mcp.ResourceContents{{URI: request.Params.URI, Blob: []byte(name)}}}, nil
		})
	arguments := []*mcp.PromptArgument{{Name: "name", Required: true}, {Name: "tone"}}
	server.AddPrompt(&mcp.Prompt{Name: "greet", Arguments: arguments},
		func(_ context.Context, request *mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
			text := &mcp.TextContent{Text: "Greet " + request.Params.Arguments["name"]}
			return &mcp.GetPromptResult{Messages: []*mcp.PromptMessage{{Role: "user", Content: text}}}, nil
		})
	return mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return server }, nil)
}

func mcpGo() http.Handler {
	server := communityserver.NewMCPServer("real", "1", communityserver.WithToolCapabilities(true))
	server.AddTool(community.NewTool("echo", community.WithDescription("Gives back what it was given."), community.WithAny("value")),
		func(_ context.Context, request community.CallToolRequest) (*community.CallToolResult, error) {
			text, err := json.Marshal(request.GetArguments()["value"])
			return community.NewToolResultText(string(text)), err
		})
	server.AddTool(community.NewTool("add", community.WithNumber("a", community.Required()), community.WithNumber("b")),
		func(_ context.Context, request community.CallToolRequest) (*community.CallToolResult, error) {
			a, err := request.RequireFloat("a")
			if err != nil {
				return community.NewToolResultError(err.Error()), nil
			}
			return community.NewToolResultStructuredOnly(map[string]any{"sum": a + request.GetFloat("b", 1)}), nil
		})
	server.AddTool(community.NewTool("fail", community.WithString("message")),
		func(_ context.Context, request community.CallToolRequest) (*community.CallToolResult, error) {
			return nil, errors.New(request.GetString("message", "no message"))
		})
	server.AddResource(community.NewResource(os.Args[3]+"://fixed", "fixed", community.WithMIMEType("application/json")),
		func(_ context.Context, request community.ReadResourceRequest) ([]community.ResourceContents, error) {
			return []community.ResourceContents{community.TextResourceContents{URI: request.Params.URI, Text: `{"a":1.0}`}}, nil
		})
	server.AddPrompt(community.NewPrompt("greet", community.WithArgument("name", community.RequiredArgument())),
		func(_ context.Context, request community.GetPromptRequest) (*community.GetPromptResult, error) {
			text := community.NewTextContent("Greet " + request.Params.Arguments["name"])
			return community.NewGetPromptResult("A greeting", []community.PromptMessage{{Role: community.RoleUser, Content: text}}), nil
		})
	return communityserver.NewStreamableHTTPServer(server)
}

func main() {
	handler := official
	if os.Args[1] == "mcp-go" {
		handler = mcpGo
	}
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Args[2], handler()))
}
