package io.feiqian.transaction;

import io.feiqian.participant.BranchKey;
import io.feiqian.participant.Content;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Slot;

/**
 * What a participant is told of its branch at every step; the same at try, confirm and cancel.
 *
 * @param key which branch
 * @param slot the branch's slot
 * @param initiator the cell that decides
 * @param digest the digest of the whole transaction's content, which the effect's key row records
 * @param content what it is to do
 * @param businessDate the day it posts under
 * @param label the label of a gray release that came with the message; empty for none, and where
 *     the branch is finished after a crash
 */
public record BranchCall(
        BranchKey key,
        Slot slot,
        CellId initiator,
        long digest,
        Content content,
        BusinessDate businessDate,
        String label) {}
