package io.feiqian.console;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A key and a certificate that it has signed itself for this machine, made by the JDK's own tool.
 */
final class TestCertificate {
    private static final char[] PASSWORD = "for-the-test".toCharArray();

    private final ConsoleTls files;
    private final SSLContext trusted;

    private TestCertificate(ConsoleTls files, SSLContext trusted) {
        this.files = files;
        this.trusted = trusted;
    }

    /** One that is valid from now on for so many days. */
    static TestCertificate make(Path folder, String name, int days) throws Exception {
        return make(folder, name, List.of("-validity", Integer.toString(days)));
    }

    /** One of long ago. */
    static TestCertificate expired(Path folder, String name) throws Exception {
        return make(folder, name, List.of("-startdate", "2020/01/01 00:00:00", "-validity", "30"));
    }

    ConsoleTls files() {
        return files;
    }

    /** For a client that trusts this certificate and no other. */
    SSLContext trusted() {
        return trusted;
    }

    private static TestCertificate make(Path folder, String name, List<String> when)
            throws IOException, InterruptedException, GeneralSecurityException {
        Path place = Files.createDirectories(folder.resolve(name));
        Path store = place.resolve("store.p12");
        keytool(place, store, name, when);
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream content = Files.newInputStream(store)) {
            keys.load(content, PASSWORD);
        }
        Path key = place.resolve("own.key");
        pem(key, "PRIVATE KEY", keys.getKey(name, PASSWORD).getEncoded());
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        Path certificate = place.resolve("own.crt");
        pem(certificate, "CERTIFICATE", keys.getCertificate(name).getEncoded());
        return new TestCertificate(new ConsoleTls(certificate, key), trusting(keys, name));
    }

    private static void keytool(Path place, Path store, String name, List<String> when)
            throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "keytool")
                                        .toString(),
                                "-genkeypair",
                                "-alias",
                                name,
                                "-keyalg",
                                "EC",
                                "-dname",
                                "CN=" + name,
                                "-ext",
                                "san=ip:127.0.0.1",
                                "-storetype",
                                "PKCS12",
                                "-keystore",
                                store.toString(),
                                "-storepass",
                                new String(PASSWORD)));
        command.addAll(when);
        Path log = place.resolve("keytool.log");
        Process keytool =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        if (keytool.waitFor() != 0) {
            throw new IOException(Files.readString(log));
        }
    }

    private static SSLContext trusting(KeyStore keys, String name)
            throws GeneralSecurityException, IOException {
        KeyStore certificates = KeyStore.getInstance("PKCS12");
        certificates.load(null, null);
        certificates.setCertificateEntry(name, keys.getCertificate(name));
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(certificates);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    private static void pem(Path file, String what, byte[] content) throws IOException {
        Files.writeString(
                file,
                "-----BEGIN %s-----\n%s\n-----END %s-----\n"
                        .formatted(what, Base64.getMimeEncoder().encodeToString(content), what));
    }
}
