package io.feiqian.messaging;

/**
 * What the inbox says of a message: the value of every answer that an inbox command ends or gives.
 *
 * @param mark up to which number its key was consumed
 */
public record InboxFinding(long mark) {}
