package main

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/valyala/fasthttp"
)

const (
	legacyVersion = "2025-11-25"
	modernVersion = "2026-07-28"
	patience      = 20 * time.Second
	firstId       = 1_000_000 // no other number of a call looks like its id
	modernMeta    = `,"_meta":{"io.modelcontextprotocol/protocolVersion":"` + modernVersion +
		`","io.modelcontextprotocol/clientInfo":{"name":"load","version":"1.0.0"},"io.modelcontextprotocol/clientCapabilities":{}}`
)

// A client has one connection and makes one call after the other.
type client struct {
	connection fasthttp.HostClient
	request    fasthttp.Request
	response   fasthttp.Response
	meta       string
	calls      int
}

func newClient(number int) (*client, error) {
	c := &client{calls: number * 37}
	c.request.SetRequestURI(*target)
	c.request.Header.SetMethod(fasthttp.MethodPost)
	c.request.Header.SetContentType("application/json")
	c.request.Header.Set("Accept", "application/json, text/event-stream")
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ":")
		c.request.Header.Set(name, strings.TrimSpace(value))
	}
	c.connection = fasthttp.HostClient{Addr: string(c.request.URI().Host()), MaxConns: 1}
	if *body != "" {
		return c, nil
	}
	if *modern {
		c.speakModern()
		return c, nil
	}
	return c, c.initialize()
}

func (c *client) speakModern() {
	c.meta = modernMeta
	c.request.Header.Set("MCP-Protocol-Version", modernVersion)
	c.request.Header.Set("Mcp-Method", "tools/call")
	c.request.Header.Set("Mcp-Name", "add")
}

// initialize keeps the session that the server gives, if it gives one.
func (c *client) initialize() error {
	info := `{"protocolVersion":"` + legacyVersion + `","capabilities":{},"clientInfo":{"name":"load","version":"1.0.0"}}`
	if err := c.post(`{"jsonrpc":"2.0","id":0,"method":"initialize","params":` + info + `}`); err != nil {
		return err
	}
	if !has(c.response.Body(), `"result"`) {
		return fmt.Errorf("no session: %.300s", c.response.Body())
	}
	if session := c.response.Header.Peek("Mcp-Session-Id"); len(session) > 0 {
		c.request.Header.SetBytesV("Mcp-Session-Id", session)
	}
	c.request.Header.Set("MCP-Protocol-Version", legacyVersion)
	return c.post(`{"jsonrpc":"2.0","method":"notifications/initialized"}`)
}

func (c *client) post(body string) error {
	c.request.SetBodyString(body)
	if err := c.connection.DoTimeout(&c.request, &c.response, patience); err != nil {
		return err
	}
	if status := c.response.StatusCode(); status != http.StatusOK && status != http.StatusAccepted {
		return fmt.Errorf("%d %.300s", status, c.response.Body())
	}
	return nil
}

// call makes one, and tells what is wrong with its answer.
func (c *client) call() error {
	if *body == "" {
		return c.add()
	}
	if err := c.post(*body); err != nil {
		return err
	}
	return c.answers(*expected)
}

func (c *client) add() error {
	c.calls++
	id, a, b := strconv.Itoa(firstId+c.calls), 100+c.calls%800, 100
	params := fmt.Sprintf(`{"name":"add","arguments":{"a":%d,"b":%d}%s}`, a, b, c.meta)
	if err := c.post(`{"jsonrpc":"2.0","id":` + id + `,"method":"tools/call","params":` + params + `}`); err != nil {
		return err
	}
	return c.answers(`"result"`, id, strconv.Itoa(a+b))
}

func (c *client) answers(parts ...string) error {
	answer := c.response.Body()
	for _, part := range parts {
		if !has(answer, part) {
			return fmt.Errorf("wrong answer: no %s in %.300s", part, answer)
		}
	}
	if has(answer, `"isError":true`) {
		return fmt.Errorf("wrong answer: %.300s", answer)
	}
	return nil
}

func has(body []byte, part string) bool { return bytes.Contains(body, []byte(part)) }
