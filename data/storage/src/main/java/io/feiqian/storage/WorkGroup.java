package io.feiqian.storage;

import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Works that are tried in one transaction.
 *
 * @param works the works
 * @param failures how many tries of exactly these failed
 * @param narrowed whether it is part of a group that met a lock
 */
record WorkGroup(List<Pending> works, int failures, boolean narrowed) {
    /** The same after one more failed try. */
    WorkGroup again() {
        return new WorkGroup(works, failures + 1, narrowed);
    }

    /** Whether no transaction with any of these was tried before. */
    boolean isUntried() {
        return failures == 0 && !narrowed && works.stream().noneMatch(Pending::maybeCommitted);
    }

    boolean isSingle() {
        return works.size() == 1;
    }

    /** Without those that were ended meanwhile, ending those whose deadline has passed. */
    WorkGroup stillWanted() {
        List<Pending> wanted = new ArrayList<>(works.size());
        for (Pending each : works) {
            boolean over = each.isExpired() && !each.maybeCommitted() && each.expire();
            if (!over && !each.isEnded()) {
                wanted.add(each);
            }
        }
        return new WorkGroup(wanted, failures, narrowed);
    }

    /**
     * Puts both halves first in line, in their order.
     *
     * @param byLock whether to look for the work that met a lock
     */
    void splitInto(Deque<WorkGroup> todo, boolean byLock) {
        int middle = works.size() / 2;
        int counted = byLock ? 0 : 1;
        todo.addFirst(new WorkGroup(works.subList(middle, works.size()), counted, byLock));
        todo.addFirst(new WorkGroup(works.subList(0, middle), counted, byLock));
    }

    /** Marks every work as committing; false where one was ended, and then none is marked. */
    boolean maySend() {
        boolean all = true;
        for (int i = 0; i < works.size(); i++) {
            all &= works.get(i).sendCommit();
        }
        if (!all) {
            notCommitted();
        }
        return all;
    }

    /** No commit with these was sent after all, or it definitely failed. */
    void notCommitted() {
        works.forEach(Pending::notCommitted);
    }
}
