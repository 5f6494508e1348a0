package io.feiqian.chaos;

/**
 * One movement of a global transaction, at one service.
 *
 * @param service whose account
 * @param how by what kind of branch or step
 * @param account the account there
 * @param amount what it gains, in minor units; negative where it pays
 */
record Leg(String service, How how, long account, long amount) {
    /** How a leg is done. */
    enum How {
        /** The initiator's own share, which rides with the decision. */
        OWN,
        TCC,
        SQL,
        XA,
        REVERSAL,
        MESSAGE,
        /** A step of a saga or an orchestration. */
        STEP
    }

    /** The same with another amount. */
    Leg with(long other) {
        return new Leg(service, how, account, other);
    }

    /** What a branch is told. */
    String content() {
        return account + ":" + amount;
    }

    /** The leg at a service that was told this. */
    static Leg of(String service, How how, String content) {
        String[] parts = content.split(":", 2);
        return new Leg(service, how, Long.parseLong(parts[0]), Long.parseLong(parts[1]));
    }
}
