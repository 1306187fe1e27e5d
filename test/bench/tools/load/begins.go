package main

import (
	"runtime"
	"time"
)

// begins waits until the next call of a client is due; says when that is or was, and whether there is time for one.
type begins func() (time.Time, bool)

// beginsOf is one for all clients. Without a rate a call is due at once.
func beginsOf(rate float64, until time.Time) begins {
	if rate == 0 {
		return func() (time.Time, bool) { now := time.Now(); return now, now.Before(until) }
	}
	due := make(chan time.Time, 1<<20)
	go schedule(due, time.Duration(float64(time.Second)/rate), until)
	return func() (time.Time, bool) { begun, more := <-due; return begun, more }
}

// schedule says what is due when it is, to whichever client is free first; where none is, the call counts from the moment it was
// due. It has a thread of its own, since Go's timers are up to a millisecond late.
func schedule(due chan<- time.Time, pause time.Duration, until time.Time) {
	runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + 1)
	runtime.LockOSThread()
	precisely()
	for next := time.Now(); next.Before(until); next = next.Add(pause) {
		sleep(time.Until(next))
		due <- next
	}
	close(due)
}
