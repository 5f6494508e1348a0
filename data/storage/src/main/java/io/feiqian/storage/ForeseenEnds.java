package io.feiqian.storage;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Rows that a statement ended as it locked them, because a transaction that presumes its keys new
 * ({@link CommitContext#presumesNew}) foresaw how they end. One thread, one transaction.
 *
 * @param <K> the rows' keys
 * @param <S> how they can end
 */
public final class ForeseenEnds<K, S> {
    private final Map<K, S> ended = new HashMap<>();

    /** Takes note of a row that was ended like this. */
    public void add(K key, S end) {
        ended.put(key, end);
    }

    /**
     * Those of the ends that are not written yet, once every work was judged.
     *
     * @param ends every row that has to end, each once
     * @throws PresumptionException where a row was ended otherwise or should not have been: the
     *     transaction is rolled back, and its works are run again with a look
     */
    public <R> List<R> notYet(List<R> ends, Function<R, K> key, Function<R, S> end) {
        List<R> left = new ArrayList<>();
        for (R each : ends) {
            if (!end.apply(each).equals(ended.get(key.apply(each)))) {
                left.add(each);
            }
        }
        if (ends.size() - left.size() != ended.size()) {
            throw new PresumptionException("a row was to end, and did not");
        }
        return left;
    }
}
