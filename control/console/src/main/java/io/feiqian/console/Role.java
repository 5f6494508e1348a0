package io.feiqian.console;

/** What a user may do. Whoever manages users does not move money, and the other way round. */
enum Role {
    /** Sees every page but that of users. */
    VIEWER,
    /** Acts on transactions too. */
    OPERATOR,
    /** Sees every page, and manages users, alarm rules and channels. */
    ADMINISTRATOR;

    /** What a request may need. */
    enum Permission {
        /** To see pages. */
        SEE,
        /** To act on transactions and alarms. */
        ACT,
        /** To manage users, alarm rules and channels. */
        MANAGE
    }

    boolean may(Permission wanted) {
        return switch (wanted) {
            case SEE -> true;
            case ACT -> this == OPERATOR;
            case MANAGE -> this == ADMINISTRATOR;
        };
    }
}
