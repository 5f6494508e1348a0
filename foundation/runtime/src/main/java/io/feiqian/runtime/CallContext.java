package io.feiqian.runtime;

import io.feiqian.vocabulary.Epoch;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.SubNumber;
import io.feiqian.vocabulary.TraceNumber;
import java.util.Optional;

/**
 * What travels with every call: who and what it belongs to, and until when it is wanted.
 *
 * <p>An interface so that embedded clients on older Java can carry it their own way; the servers
 * bind it to a scoped value in {@code service/rpc}. Immutable.
 */
public interface CallContext {
    /** The business transaction, where there is one. */
    Optional<TraceNumber> trace();

    /** The step inside the transaction. */
    SubNumber subNumber();

    /** The slot the caller routed by. */
    Optional<Slot> slot();

    /** The epoch of that slot as the caller knows it. */
    Optional<Epoch> epoch();

    /** Until when the answer is wanted. */
    Deadline deadline();

    /** The label by which gray releases choose instances; empty for none. */
    String grayLabel();

    /** The tenant; empty for the bank itself. */
    String tenant();

    /** The global transaction this call works for, where there is one. */
    Optional<TraceNumber> globalTransaction();

    /** Who asks for a change by hand; empty for customers' own requests. */
    String operator();

    /** Why the operator asks for it; empty where there is no operator. */
    String reason();
}
