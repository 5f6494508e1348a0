package io.feiqian.benchmarks;

import java.util.Locale;

/** What goes through the proxies of {@code bench gateway}. */
enum ProxyCase {
    /** Requests by HTTP without a body, on connections that are kept. */
    HTTP,
    /** The same with a small JSON body, one field of which says which cell serves it. */
    HTTP_CELL,
    /** Large answers over layer 4; what counts is a gigabyte. */
    TCP_BULK,
    /** A connection for each request over layer 4; what counts is a connection. */
    TCP_CONNECT;

    /** The name in options and reports. */
    String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Whether the proxy reads what passes. */
    boolean layer7() {
        return this == HTTP || this == HTTP_CELL;
    }

    /** What one of the figures per operation is about. */
    String unit() {
        return switch (this) {
            case HTTP, HTTP_CELL -> "request";
            case TCP_BULK -> "GB";
            case TCP_CONNECT -> "connection";
        };
    }
}
