package io.feiqian.alarms.channels;

/**
 * A notice did not reach its receiver. The message says why, for people and logs, and holds no
 * secret; there is no cause, since a library's exception may hold one.
 */
public final class NotDelivered extends Exception {
    private final boolean permanent;

    private NotDelivered(String message, boolean permanent) {
        super(message);
        this.permanent = permanent;
    }

    /** What may go well when it is repeated later. */
    public static NotDelivered forNow(String message) {
        return new NotDelivered(message, false);
    }

    /** What will not get better by repeating it: somebody has to change the configuration. */
    public static NotDelivered forGood(String message) {
        return new NotDelivered(message, true);
    }

    /** Whether repeating is of no use. */
    public boolean permanent() {
        return permanent;
    }
}
