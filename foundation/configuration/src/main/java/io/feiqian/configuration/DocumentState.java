package io.feiqian.configuration;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A document as operators see it.
 *
 * @param document its name
 * @param newest its newest version; empty where none was written yet
 * @param rollout who is to use which; empty where none was published yet
 * @param instances what processes say is in force there
 * @param registryAnswers whether they say so now; otherwise they said so last
 */
public record DocumentState(
        String document,
        Optional<DocumentVersion> newest,
        Optional<Rollout> rollout,
        List<InstanceState> instances,
        boolean registryAnswers) {
    /** Copies the list. */
    public DocumentState {
        instances = List.copyOf(instances);
    }

    /**
     * A process that uses the document.
     *
     * @param instance its name
     * @param labels what publications may choose it by
     * @param meant the version that it is to use; 0 for its defaults
     * @param standing what it says
     */
    public record InstanceState(
            String instance, Map<String, String> labels, long meant, Standing standing) {
        /** Keeps a copy. */
        public InstanceState {
            labels = Map.copyOf(labels);
        }
    }
}
