package main

import (
	"strconv"

	"github.com/valyala/fastjson"
)

const tools = `[{"name":"add","description":"Adds two numbers","inputSchema":{"type":"object","properties":{"a":{"type":"number"},` +
	`"b":{"type":"number"}},"required":["a","b"]},"annotations":{"readOnlyHint":true,"idempotentHint":true}}]`

const server = `{"name":"neutral","version":"1.0.0"}`

// What a modern server says with each result, and with those that a client may keep.
const complete, kept = `"resultType":"complete",`, `"resultType":"complete","ttlMs":60000,"cacheScope":"public",`

// The results that are the same for everybody, by method.
var legacyResults = map[string]string{
	"ping":                     `{}`,
	"logging/setLevel":         `{}`,
	"tools/list":               `{"tools":` + tools + `}`,
	"prompts/list":             `{"prompts":[]}`,
	"resources/list":           `{"resources":[]}`,
	"resources/templates/list": `{"resourceTemplates":[]}`,
}

var modernResults = map[string]string{
	"tools/list":               `{` + kept + `"tools":` + tools + `}`,
	"prompts/list":             `{` + kept + `"prompts":[]}`,
	"resources/list":           `{` + kept + `"resources":[]}`,
	"resources/templates/list": `{` + kept + `"resourceTemplates":[]}`,
	"server/discover": `{` + kept + `"supportedVersions":["2026-07-28"],"capabilities":{"tools":{}},"serverInfo":` + server +
		`,"_meta":{"io.modelcontextprotocol/serverInfo":` + server + `}}`,
}

var legacyVersions = map[string]bool{"2024-11-05": true, "2025-03-26": true, "2025-06-18": true, "2025-11-25": true}

var parsers fastjson.ParserPool

// answer appends the response to one message; nothing for a notification.
func answer(out, message []byte, modern bool) []byte {
	parser := parsers.Get()
	defer parsers.Put(parser)
	value, err := parser.ParseBytes(message)
	if err != nil {
		return append(out, `{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Parse error"}}`...)
	}
	id, method := value.Get("id"), value.GetStringBytes("method")
	if id == nil || method == nil {
		return out
	}
	out = id.MarshalTo(append(out, `{"jsonrpc":"2.0","id":`...))
	return append(outcome(out, string(method), value, modern), '}')
}

func outcome(out []byte, method string, message *fastjson.Value, modern bool) []byte {
	switch {
	case method == "tools/call":
		return called(out, message, modern)
	case method == "initialize" && !modern:
		return append(out, `,"result":`+initialized(message)...)
	}
	results := legacyResults
	if modern {
		results = modernResults
	}
	if result, ok := results[method]; ok {
		return append(append(out, `,"result":`...), result...)
	}
	return append(out, `,"error":{"code":-32601,"message":"Method not found"}`...)
}

func called(out []byte, message *fastjson.Value, modern bool) []byte {
	if string(message.GetStringBytes("params", "name")) != "add" {
		return append(out, `,"error":{"code":-32602,"message":"Unknown tool"}`...)
	}
	out = append(out, `,"result":{`...)
	if modern {
		out = append(out, complete...)
	}
	a, b := message.GetFloat64("params", "arguments", "a"), message.GetFloat64("params", "arguments", "b")
	out = strconv.AppendFloat(append(out, `"content":[{"type":"text","text":"`...), a+b, 'f', -1, 64)
	return append(out, `"}]}`...)
}

func initialized(message *fastjson.Value) string {
	version := string(message.GetStringBytes("params", "protocolVersion"))
	if !legacyVersions[version] {
		version = "2025-11-25"
	}
	return `{"protocolVersion":"` + version + `","capabilities":{"tools":{"listChanged":false}},"serverInfo":` + server + `}`
}
