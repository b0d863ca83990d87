// An intrusive doubly linked list: linking and unlinking allocate nothing and are O(1). A node
// belongs to at most one list of its kind, and unlinks itself when destroyed.
//
//   struct Item : ListNode<struct ByAge> { ... };
//   List<Item, ByAge> list;   list.PushBack(item);   item.ListNode<ByAge>::Unlink();
#ifndef SLUICE_REACTOR_BASE_LIST_H_
#define SLUICE_REACTOR_BASE_LIST_H_

#include "reactor/base/check.h"

namespace sluice::base {

template <class Tag>
class ListNode {
 public:
  ListNode() = default;
  ListNode(const ListNode&) = delete;
  ListNode& operator=(const ListNode&) = delete;
  ~ListNode() { Unlink(); }

  bool linked() const { return next_ != nullptr; }

  void Unlink() {
    if (!linked()) return;
    previous_->next_ = next_;
    next_->previous_ = previous_;
    next_ = previous_ = nullptr;
  }

 private:
  template <class T, class U>
  friend class List;

  ListNode* next_ = nullptr;
  ListNode* previous_ = nullptr;
};

template <class T, class Tag>
class List {
 public:
  using Node = ListNode<Tag>;

  List() { root_.next_ = root_.previous_ = &root_; }
  ~List() {
    while (!empty()) root_.next_->Unlink();
    root_.next_ = root_.previous_ = nullptr;
  }
  List(const List&) = delete;
  List& operator=(const List&) = delete;

  bool empty() const { return root_.next_ == &root_; }
  T& front() {
    SLUICE_CHECK(!empty(), "front of an empty list");
    return *static_cast<T*>(root_.next_);
  }

  void PushBack(T& item) {
    Node& node = item;
    SLUICE_CHECK(!node.linked(), "a node belongs to one list");
    node.previous_ = root_.previous_;
    node.next_ = &root_;
    root_.previous_->next_ = &node;
    root_.previous_ = &node;
  }

  T& PopFront() {
    T& item = front();
    static_cast<Node&>(item).Unlink();
    return item;
  }

  // Moves every node of `from` to the back of this list, in order; O(1).
  void TakeAll(List& from) {
    if (from.empty()) return;
    Node* first = from.root_.next_;
    Node* last = from.root_.previous_;
    from.root_.next_ = from.root_.previous_ = &from.root_;
    first->previous_ = root_.previous_;
    root_.previous_->next_ = first;
    last->next_ = &root_;
    root_.previous_ = last;
  }

 private:
  Node root_;
};

}  // namespace sluice::base

#endif  // SLUICE_REACTOR_BASE_LIST_H_
