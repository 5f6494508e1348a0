package io.feiqian.observatory;

import io.helidon.http.encoding.ContentDecoder;
import io.helidon.http.encoding.ContentEncoder;
import io.helidon.http.encoding.ContentEncoding;
import java.util.Set;

/**
 * Admits requests that are compressed as collectors send them, and hands them on as they came: what
 * turns out to be damaged is read to its end too, so that its connection serves the next request.
 * Answers are short and stay plain.
 */
final class GzipReading implements ContentEncoding {
    static final String NAME = "gzip";

    @Override
    public Set<String> ids() {
        return Set.of(NAME);
    }

    @Override
    public boolean supportsEncoding() {
        return false;
    }

    @Override
    public boolean supportsDecoding() {
        return true;
    }

    @Override
    public ContentDecoder decoder() {
        return ContentDecoder.NO_OP;
    }

    @Override
    public ContentEncoder encoder() {
        return ContentEncoder.NO_OP;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String type() {
        return NAME;
    }
}
