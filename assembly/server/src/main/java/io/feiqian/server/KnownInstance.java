package io.feiqian.server;

/**
 * Where an instance of a cell is, as the configuration says; used until the registry has said more.
 *
 * @param cell the cell's number
 * @param name the instance's name
 * @param host where it listens
 * @param port where it listens
 */
record KnownInstance(int cell, String name, String host, int port) {}
