// A neutral MCP server with one tool, add(a, b): over streamable HTTP with JSON answers and no sessions, or (-stdio) over standard
// input and output. Nothing else is done for a call.
package main

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"os"
	"sync"

	"github.com/valyala/fasthttp"
)

var (
	port   = flag.Int("port", 8160, "port on 127.0.0.1")
	stdio  = flag.Bool("stdio", false, "newline-delimited JSON on stdin and stdout instead of HTTP")
	modern = flag.Bool("modern", false, "MCP 2026-07-28 instead of MCP up to 2025-11-25")
	pool   = sync.Pool{New: func() any { buffer := make([]byte, 0, 1024); return &buffer }}
)

func main() {
	flag.Parse()
	serve := serveHTTP
	if *stdio {
		serve = serveStdio
	}
	if err := serve(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serveHTTP() error {
	server := &fasthttp.Server{Handler: handle, NoDefaultServerHeader: true, NoDefaultDate: true}
	fmt.Println("ready")
	return server.ListenAndServe(fmt.Sprintf("127.0.0.1:%d", *port))
}

func handle(ctx *fasthttp.RequestCtx) {
	if !ctx.IsPost() { // no stream of its own is offered, and there is no session to delete
		ctx.Response.Header.Set("Allow", "POST")
		ctx.SetStatusCode(fasthttp.StatusMethodNotAllowed)
		return
	}
	buffer := pool.Get().(*[]byte)
	defer pool.Put(buffer)
	*buffer = answer((*buffer)[:0], ctx.PostBody(), *modern)
	if len(*buffer) == 0 {
		ctx.SetStatusCode(fasthttp.StatusAccepted)
		return
	}
	ctx.SetContentType("application/json")
	ctx.SetBody(*buffer)
}

// Answers are flushed when no other message waits. Resolves when the input ends.
func serveStdio() error {
	in, out := bufio.NewReaderSize(os.Stdin, 1<<20), bufio.NewWriter(os.Stdout)
	for {
		line, err := in.ReadBytes('\n')
		if body := answer(nil, line, *modern); len(bytes.TrimSpace(line)) > 0 && len(body) > 0 {
			out.Write(append(body, '\n'))
		}
		if in.Buffered() == 0 {
			out.Flush()
		}
		if err != nil {
			return nil
		}
	}
}
