package io.feiqian.alarms;

/**
 * A channel as operators see it.
 *
 * @param id its number
 * @param name what it is called
 * @param shown how it reaches whom, without secrets
 * @param enabled whether anything is sent there
 */
public record ChannelLine(long id, String name, String shown, boolean enabled) {}
