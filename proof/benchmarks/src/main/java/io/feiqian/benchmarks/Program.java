package io.feiqian.benchmarks;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A program, or a part of one, that this machine may have.
 *
 * @param name what is called, or the part's name
 * @param places where it would be
 * @param debianPackage what to install for it
 */
record Program(String name, List<Path> places, String debianPackage) {
    static final Program WRK = in("wrk", "wrk");
    static final Program NGINX = in("nginx", "nginx-light");
    static final Program HAPROXY = in("haproxy", "haproxy");
    static final Program NGINX_STREAM =
            new Program(
                    "nginx's stream module",
                    List.of(Path.of("/usr/lib/nginx/modules/ngx_stream_module.so")),
                    "libnginx-mod-stream");

    private static Program in(String name, String debianPackage) {
        return new Program(
                name,
                List.of(
                        Path.of("/usr/sbin", name),
                        Path.of("/usr/bin", name),
                        Path.of("/usr/local/sbin", name),
                        Path.of("/usr/local/bin", name)),
                debianPackage);
    }

    /** Where it is. */
    Optional<String> path() {
        return places.stream().filter(Files::isReadable).findFirst().map(Path::toString);
    }

    /** Where it is, or would be. */
    String orName() {
        return path().orElse(name);
    }

    /** What to say where it is not there. */
    Optional<String> missing() {
        return path().isPresent()
                ? Optional.empty()
                : Optional.of("%s is not there (Debian package %s)".formatted(name, debianPackage));
    }
}
