package io.feiqian.storage;

/**
 * Whether a worker's next transaction may presume that the keys of its works are new. Nearly always
 * they are, and the insert proves it for nothing; where clients repeat requests, one failed batch
 * buys a while of looking first, so that repetitions cost little more than a look.
 *
 * <p>For one thread.
 */
final class Presumption {
    private static final int BATCHES_WITH_A_LOOK = 64;

    private int looks;

    /** To be asked once per batch. */
    boolean holds() {
        if (looks == 0) {
            return true;
        }
        looks--;
        return false;
    }

    /** A key was there already. */
    void failed() {
        looks = BATCHES_WITH_A_LOOK;
    }
}
