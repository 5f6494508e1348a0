package io.feiqian.chaos;

/** How a backend behaves. */
enum BackendManner {
    /** Well. */
    WELL,
    /** It is not there: what it had is reset, and new connections are refused. */
    DEAD,
    /** It takes connections and requests, and answers none, checks of its health included. */
    HUNG,
    /** It answers late, though in time. */
    SLOW,
    /** It breaks answers off in their middle; its health is good. */
    BROKEN_OFF,
    /** It answers what is no HTTP, or more than it was asked for; its health is good. */
    NONSENSE
}
