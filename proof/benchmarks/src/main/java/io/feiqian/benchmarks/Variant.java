package io.feiqian.benchmarks;

/** One way to do the work that is measured. Its operations are called by many threads at once. */
public interface Variant extends AutoCloseable {
    /** Its name in reports. */
    String name();

    /**
     * Does one operation and waits until it is durable.
     *
     * @param payer the paying account's index, 0 and up
     * @param payee the paid account's index, another one
     * @param number unique among all operations of the run
     * @return whether it was accepted
     */
    boolean run(int payer, int payee, long number) throws Exception;

    @Override
    void close();
}
