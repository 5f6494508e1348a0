package io.feiqian.security;

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
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/**
 * A key and a certificate that it has signed itself, made by the JDK's own tool; for tests of every
 * module. Immutable.
 */
public final class SelfSigned {
    /** Of the store and of the key in it. */
    public static final String PASSWORD = "for-the-test";

    private final String name;
    private final Path place;

    private SelfSigned(String name, Path place) {
        this.name = name;
        this.place = place;
    }

    /** One for this machine by its address, valid from now on. */
    public static SelfSigned here(Path folder, String name)
            throws IOException, InterruptedException, GeneralSecurityException {
        return make(folder, name, "ip:127.0.0.1");
    }

    /** The same, valid for so many days. */
    public static SelfSigned here(Path folder, String name, int days)
            throws IOException, InterruptedException, GeneralSecurityException {
        return make(folder, name, "ip:127.0.0.1", "-validity", Integer.toString(days));
    }

    /** One of long ago. */
    public static SelfSigned expired(Path folder, String name)
            throws IOException, InterruptedException, GeneralSecurityException {
        return make(
                folder,
                name,
                "ip:127.0.0.1",
                "-startdate",
                "2020/01/01 00:00:00",
                "-validity",
                "30");
    }

    /** One for a host by its name. */
    public static SelfSigned of(Path folder, String host)
            throws IOException, InterruptedException, GeneralSecurityException {
        return make(folder, host, "dns:" + host);
    }

    /** One for these names, such as {@code dns:a.example.com,ip:127.0.0.1}, for so many days. */
    public static SelfSigned of(Path folder, String name, String names, int days)
            throws IOException, InterruptedException, GeneralSecurityException {
        return make(folder, name, names, "-validity", Integer.toString(days));
    }

    private static SelfSigned make(Path folder, String name, String whom, String... more)
            throws IOException, InterruptedException, GeneralSecurityException {
        SelfSigned made = new SelfSigned(name, Files.createDirectories(folder.resolve(name)));
        made.keytool(whom, more);
        KeyStore keys = made.keys();
        pem(made.key(), "PRIVATE KEY", keys.getKey(name, PASSWORD.toCharArray()).getEncoded());
        Files.setPosixFilePermissions(made.key(), PosixFilePermissions.fromString("rw-------"));
        pem(made.certificate(), "CERTIFICATE", keys.getCertificate(name).getEncoded());
        return made;
    }

    /** The certificate, as PEM. */
    public Path certificate() {
        return place.resolve("own.crt");
    }

    /** The key, as PEM, readable by its owner only. */
    public Path key() {
        return place.resolve("own.key");
    }

    /** Both, as PKCS 12. */
    public Path store() {
        return place.resolve("store.p12");
    }

    /** For a server with this certificate, and for a client that trusts it and no other. */
    public SSLContext context() throws IOException, GeneralSecurityException {
        return trusting(this);
    }

    /** For whoever shows this certificate and trusts those and no other. */
    public SSLContext trusting(SelfSigned... those) throws IOException, GeneralSecurityException {
        KeyManagerFactory own = KeyManagerFactory.getInstance("PKIX");
        own.init(keys(), PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(own.getKeyManagers(), trusted(those), null);
        return context;
    }

    /** For a client that shows nothing and trusts these and no other. */
    public static SSLContext client(SelfSigned... these)
            throws IOException, GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trusted(these), null);
        return context;
    }

    private static TrustManager[] trusted(SelfSigned... these)
            throws IOException, GeneralSecurityException {
        KeyStore certificates = KeyStore.getInstance("PKCS12");
        certificates.load(null, null);
        for (SelfSigned each : these) {
            certificates.setCertificateEntry(each.name, each.keys().getCertificate(each.name));
        }
        TrustManagerFactory trusted = TrustManagerFactory.getInstance("PKIX");
        trusted.init(certificates);
        return trusted.getTrustManagers();
    }

    private KeyStore keys() throws IOException, GeneralSecurityException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream content = Files.newInputStream(store())) {
            keys.load(content, PASSWORD.toCharArray());
        }
        return keys;
    }

    private void keytool(String whom, String... more) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of("-genkeypair", "-alias", name, "-keyalg", "EC"));
        command.addAll(List.of("-dname", "CN=" + name, "-ext", "san=" + whom));
        command.addAll(List.of("-storetype", "PKCS12", "-keystore", store().toString()));
        command.addAll(List.of("-storepass", PASSWORD));
        command.addAll(List.of(more));
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

    private static void pem(Path file, String what, byte[] content) throws IOException {
        Files.writeString(
                file,
                "-----BEGIN %s-----\n%s\n-----END %s-----\n"
                        .formatted(what, Base64.getMimeEncoder().encodeToString(content), what));
    }
}
