// Calls a tool of a gateway with the official SDK for Go, and prints its text: `client URL`, the key in TALLYGATE_API_KEY.
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// withKey sends the key with every request.
type withKey string

func (key withKey) RoundTrip(request *http.Request) (*http.Response, error) {
	if key != "" {
		request = request.Clone(request.Context())
		request.Header.Set("Authorization", "Bearer "+string(key))
	}
	return http.DefaultTransport.RoundTrip(request)
}

func run(ctx context.Context, url string, key string) error {
	client := mcp.NewClient(&mcp.Implementation{Name: "go", Version: "1"}, nil)
	transport := &mcp.StreamableClientTransport{Endpoint: url, HTTPClient: &http.Client{Transport: withKey(key)}}
	session, err := client.Connect(ctx, transport, nil)
	if err != nil {
		return err
	}
	defer session.Close()
	call := &mcp.CallToolParams{Name: "greet", Arguments: map[string]any{"name": "Alice"}}
	result, err := session.CallTool(ctx, call)
	if err != nil {
		return err
	}
	fmt.Println(result.Content[0].(*mcp.TextContent).Text)
	return nil
}

func main() {
	if err := run(context.Background(), os.Args[1], os.Getenv("TALLYGATE_API_KEY")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
