package io.feiqian.governance;

import io.feiqian.vocabulary.OutcomeCode;

/** What an outcome says about the health of who was called. */
final class Failures {
    private Failures() {}

    /**
     * Whether it speaks against the service. A refusal for a reason of the business does not, nor
     * what is refused for the caller's own sake.
     */
    static boolean isFailure(OutcomeCode outcome) {
        return switch (outcome) {
            case ABORTED, DAY_CLOSED, WAIT, SQL_LOCK_CONFLICT, RATE_LIMITED, QUOTA_USED -> false;
            default ->
                    switch (outcome.kind()) {
                        case UNAVAILABLE, UNKNOWN, FAULT -> true;
                        case ACCEPTED, INVALID, NOT_FOUND, BUSINESS, CONFLICT, ROUTING -> false;
                    };
        };
    }

    /** Whether it says that there is too much work. */
    static boolean isOverload(OutcomeCode outcome) {
        return switch (outcome) {
            case OVERLOADED, DEADLINE_EXPIRED, CONCURRENCY_LIMITED, UNKNOWN -> true;
            default -> false;
        };
    }
}
