package io.feiqian.bank;

import io.feiqian.vocabulary.TraceNumber;

/**
 * A customer as the table holds one; personal data only as envelopes and keyed hashes, empty where
 * there is none.
 *
 * @param number the customer
 * @param trace the business transaction that opened it, its idempotence key
 * @param digest the keyed digest of what was asked for
 * @param name the name's envelope
 * @param document the identity document's envelope
 * @param documentKey the keyed hash of the document's number
 * @param phone the telephone number's envelope
 * @param phoneKey the keyed hash of the telephone number
 */
record CustomerRow(
        CustomerNumber number,
        TraceNumber trace,
        long digest,
        Sealed name,
        Sealed document,
        Sealed documentKey,
        Sealed phone,
        Sealed phoneKey) {}
