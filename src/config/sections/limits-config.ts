import { z } from 'zod';
import { proxy } from '../host.js';

/** How much callers may ask for, and whose word counts for where they are. */
export const limitsSchema = z
  .strictObject({
    /** Requests an hour. Source 003, "Rate Limiting"; admins have no limit. */
    user_per_hour: z.int().min(1).default(1_000),
    /** Reads of all of a user's sessions of the portal together: pages that are looked at leave the user's tools alone. */
    session_per_hour: z.int().min(1).default(6_000),
    api_key_per_hour: z.int().min(1).default(5_000),
    /**
     * All keys of one user together, but not those to which an admin gave a limit above `api_key_per_hour`. Unset: four
     * times `api_key_per_hour`, 20 000.
     */
    user_keys_per_hour: z.int().min(1).optional(),
    /** Failed logins or invalid keys from one address in 15 minutes before its requests are refused unread. */
    failures_per_address: z.int().min(1).default(50),
    /** Addresses of proxies whose X-Forwarded-For is trusted. */
    trusted_proxies: z.array(proxy).default(['loopback']),
  })
  .prefault({});

/** Bounds of the connections to each of the two ports. */
export const listenersSchema = z
  .strictObject({
    /** A further connection is closed without an answer. Each takes a file descriptor of the process. */
    connections_max: z.int().min(1).max(1_000_000).default(10_000),
    /** For the headers of a request, including silence after connecting. */
    headers_timeout_seconds: z.number().min(0.1).max(600).default(15),
    /** For a whole request. Long enough for 4 MiB on a slow line; a slower body is an attack. */
    request_timeout_seconds: z.number().min(0.1).max(3_600).default(60),
    /** For a file that an admin imports over REST: 2 GiB at 10 Mbit/s. */
    upload_timeout_seconds: z.number().min(0.1).max(86_400).default(1_800),
    /** Bodies of requests that a process holds at once, on both ports. One user may have a quarter of it, which holds any body. */
    bodies_max_mib: z.int().min(16).max(1_048_576).default(256),
    /** With authentication off: names beside loopback's that the ports answer to, without a port. */
    host_names: z.array(z.string().min(1)).default([]),
  })
  .prefault({});
