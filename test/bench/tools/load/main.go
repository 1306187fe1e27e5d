// A load generator for MCP over HTTP on loopback. Prints what came of it as JSON; ends with 1 at the first wrong answer.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

type list []string

func (l *list) String() string         { return strings.Join(*l, ", ") }
func (l *list) Set(value string) error { *l = append(*l, value); return nil }

var (
	target      = flag.String("url", "", "where to POST")
	connections = flag.Int("connections", 32, "clients")
	seconds     = flag.Float64("seconds", 1, "seconds measured")
	warmUp      = flag.Float64("warm", 0.25, "seconds before")
	rate        = flag.Float64("rate", 0, "calls a second, whatever the server does; 0: as many as it answers")
	modern      = flag.Bool("modern", false, "MCP 2026-07-28 instead of MCP 2025-11-25")
	body        = flag.String("body", "", "POST this again and again, without a session, instead of calls of add")
	expected    = flag.String("expected", `"result"`, "what each answer to it has to contain")
	headers     list
)

func main() {
	flag.Var(&headers, "header", "again and again")
	flag.Parse()
	check(onlyLoopback())
	clients := make([]*client, *connections)
	for number := range clients {
		var err error
		clients[number], err = newClient(number)
		check(err)
	}
	check(json.NewEncoder(os.Stdout).Encode(run(clients)))
}

func onlyLoopback() error {
	address, err := url.Parse(*target)
	if err != nil {
		return err
	}
	if ip := net.ParseIP(address.Hostname()); ip == nil || !ip.IsLoopback() {
		return fmt.Errorf("not an IP address of this machine: %s", *target)
	}
	return nil
}

func check(err error) {
	if err == nil {
		return
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// run has all clients call until the time is over; the calls of the warm-up are counted and not timed.
func run(clients []*client) map[string]any {
	from := time.Now().Add(inSeconds(*warmUp))
	until := from.Add(inSeconds(*seconds))
	begins := beginsOf(*rate, until)
	requests, times := make([]int, len(clients)), make([][]time.Duration, len(clients))
	var group sync.WaitGroup
	for number, one := range clients {
		group.Go(func() { requests[number], times[number] = one.work(begins, from) })
	}
	group.Wait()
	return summary(requests, slices.Concat(times...), time.Since(from))
}

// work calls as long as there is a call to begin, and at least once when the warm-up is over: of a slow server, too, something is measured.
func (c *client) work(begins begins, from time.Time) (requests int, times []time.Duration) {
	for begun, more := begins(); more || len(times) == 0; begun, more = begins() {
		check(c.call())
		requests++
		if begun.After(from) {
			times = append(times, time.Since(begun))
		}
	}
	return
}

// summary has all requests, also those of the warm-up: what the server's CPU time is divided by.
func summary(requests []int, times []time.Duration, took time.Duration) map[string]any {
	slices.Sort(times)
	all := 0
	for _, count := range requests {
		all += count
	}
	perSecond := float64(len(times)) / took.Seconds()
	at := func(share float64) float64 {
		return float64(times[int(float64(len(times))*share)].Microseconds()) / 1000
	}
	return map[string]any{"requests": all, "perSecond": perSecond, "p50Ms": at(0.5), "p99Ms": at(0.99)}
}

func inSeconds(value float64) time.Duration { return time.Duration(value * float64(time.Second)) }
