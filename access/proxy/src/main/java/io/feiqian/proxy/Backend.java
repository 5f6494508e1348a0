package io.feiqian.proxy;

import java.net.InetSocketAddress;

/**
 * A backend as connections are made to it. Equal where name and address are.
 *
 * @param pool its pool
 * @param name its name, unique in its pool
 * @param address where it listens; resolved again for each new connection where it is a name
 * @param cell the cell that it belongs to; empty for none
 */
public record Backend(String pool, String name, InetSocketAddress address, String cell) {}
