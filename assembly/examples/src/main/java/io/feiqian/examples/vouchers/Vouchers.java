package io.feiqian.examples.vouchers;

/** What others ask of the vouchers service, over Dubbo. */
public interface Vouchers {
    /**
     * Issues a voucher, as a branch of the caller's transaction.
     *
     * @throws IllegalStateException where it is refused, as {@code DubboRefusals} writes it
     */
    String issue(String holder, long cents) throws IllegalStateException;

    /** What came with this call: trace number, label, tenant and milliseconds that are left. */
    String context() throws IllegalStateException;
}
