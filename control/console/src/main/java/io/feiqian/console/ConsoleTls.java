package io.feiqian.console;

import java.nio.file.Path;

/**
 * The PEM files by which the console proves to browsers and programs who it is. They are looked at
 * again once a minute, and new ones hold for every connection from then on.
 *
 * @param certificate its certificate, followed by those that signed it
 * @param key its private key, PKCS #8, not encrypted, not readable by everybody
 */
public record ConsoleTls(Path certificate, Path key) {}
