package io.feiqian.rpc;

import java.nio.file.Path;

/**
 * The PEM files by which processes prove to each other who they are. Both sides show a certificate
 * and both check the other's (mutual TLS); there is no one-sided form.
 *
 * @param certificate this process's certificate chain
 * @param key its private key, PKCS #8, not encrypted
 * @param authorities the certificates that may sign a peer's certificate
 */
public record TlsFiles(Path certificate, Path key, Path authorities) {}
