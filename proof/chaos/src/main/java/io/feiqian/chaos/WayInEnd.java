package io.feiqian.chaos;

/**
 * How a request ended for its client.
 *
 * @param id its number
 * @param safe whether it may be sent twice (a GET)
 * @param begun when, of the monotonic clock
 * @param ended when
 * @param how what became of it
 * @param status the status, where there was an answer; else 0
 * @param answer the number of the answer where it was accepted, else the body or what went wrong
 */
record WayInEnd(
        String id, boolean safe, long begun, long ended, How how, int status, String answer) {
    /** What becomes of requests. */
    enum How {
        /** Answered, whole. */
        ANSWERED,
        /** The connection could not be made. */
        UNCONNECTED,
        /** Nothing came, on a connection that had not been used before. */
        LOST_FRESH,
        /** Nothing came, on a connection that had served. */
        LOST_KEPT,
        /** The answer began and never ended, visibly. */
        CUT,
        /** What came is no answer. */
        NONSENSE,
        /** Nothing came for very long. */
        LATE
    }

    boolean isGood() {
        return how == How.ANSWERED && status / 100 == 2;
    }
}
