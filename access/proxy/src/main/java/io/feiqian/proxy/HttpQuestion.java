package io.feiqian.proxy;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One HTTP request, whole.
 *
 * @param verb such as GET
 * @param path the path, encoded as it came
 * @param query what follows the question mark, encoded as it came; empty for none
 * @param headers by name in lower case
 * @param body the body; empty for none
 */
public record HttpQuestion(
        String verb,
        String path,
        String query,
        Map<String, List<String>> headers,
        ByteString body) {
    /** The only value of a header; empty where there is none or several. */
    public Optional<String> header(String lowerCaseName) {
        List<String> values = headers.getOrDefault(lowerCaseName, List.of());
        return values.size() == 1 ? Optional.of(values.getFirst()) : Optional.empty();
    }

    /** Whether a header comes more than once. */
    public boolean isRepeated(String lowerCaseName) {
        return headers.getOrDefault(lowerCaseName, List.of()).size() > 1;
    }
}
