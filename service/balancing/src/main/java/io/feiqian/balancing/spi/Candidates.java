package io.feiqian.balancing.spi;

/**
 * The members that may take a call, as an immutable list; only how busy they are changes meanwhile.
 * Thread-safe.
 */
public interface Candidates {
    /** How many there are, at least one. */
    int size();

    /** How many calls this member has not answered yet. */
    int outstanding(int index);

    /**
     * How much of its share this member takes now, more than 0 and at most 1: less than 1 while it
     * starts slowly or returns.
     */
    double share(int index);

    /** The configured weight times the share. */
    double weight(int index);

    /** The sum of all weights, more than 0. */
    double totalWeight();

    /** Whether all weights are the same. */
    boolean isEven();

    /** A number that is the member's own, the same in every process and after a restart. */
    long identity(int index);

    /**
     * Who stands at this point when members lie one behind the other, each as long as its weight.
     *
     * @param point from 0 (included) to 1 (excluded)
     */
    int at(double point);
}
