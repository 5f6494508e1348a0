package io.feiqian.proxy;

import java.net.InetAddress;
import java.security.cert.X509Certificate;
import java.util.Optional;

/**
 * Who asks, as the connection shows it.
 *
 * @param address its address; behind proxies that are trusted, the one that they say
 * @param secure whether it came by TLS
 * @param certificate what it showed of itself, checked against the listener's authorities
 * @param listener the name of the listener
 */
public record Client(
        InetAddress address,
        boolean secure,
        Optional<X509Certificate> certificate,
        String listener) {}
