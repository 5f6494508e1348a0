package io.feiqian.console;

import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRouting;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;

/** The few files that pages use, all of them the console's own: nothing comes from elsewhere. */
final class Assets {
    private static final class Asset {
        private final String type;
        private final byte[] bytes;

        Asset(String type, byte[] bytes) {
            this.type = type;
            this.bytes = bytes;
        }
    }

    private static final Map<String, Asset> ALL =
            Map.of(
                    "console.css",
                    read("text/css; charset=utf-8", "/io/feiqian/console/console.css"),
                    "console.js",
                    read("text/javascript; charset=utf-8", "/io/feiqian/console/console.js"),
                    "icon.svg",
                    read("image/svg+xml", "/io/feiqian/console/icon.svg"),
                    "htmx.js",
                    read(
                            "text/javascript; charset=utf-8",
                            "/META-INF/resources/webjars/htmx.org/2.0.7/dist/htmx.min.js"));

    private Assets() {}

    static void routes(HttpRouting.Builder routing) {
        routing.get(
                "/assets/{name}",
                (request, response) -> {
                    Asset asset = ALL.get(request.path().pathParameters().get("name"));
                    if (asset == null) {
                        throw new RefusedException(OutcomeCode.UNKNOWN_PATH, "no such file");
                    }
                    response.header(HeaderNames.CONTENT_TYPE, asset.type)
                            .header(HeaderNames.CACHE_CONTROL, "private, max-age=300")
                            .send(asset.bytes);
                });
    }

    private static Asset read(String type, String resource) {
        try (InputStream in = Assets.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("resource: " + resource + " (expected: there)");
            }
            return new Asset(type, in.readAllBytes());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
