package io.feiqian.participant;

import io.feiqian.vocabulary.BusinessDate;

/**
 * What an action is told of the branch that it works for.
 *
 * @param key the branch
 * @param action the action's name
 * @param content what was asked for when the branch began
 * @param businessDate the day to post under
 */
public record BranchCall(
        BranchKey key, String action, Content content, BusinessDate businessDate) {}
