# SPDX-License-Identifier: MIT
# Classes, attributes, methods, inheritance, super.
class Animal:
    """An animal."""

    kind = "animal"
    count = 0

    def __init__(self, name):
        self.name = name
        Animal.count += 1

    def speak(self):
        return self.name + " makes " + self.sound()

    def sound(self):
        return "a sound"


class Dog(Animal):
    kind = "dog"

    def __init__(self, name, trick):
        super().__init__(name)
        self.trick = trick

    def sound(self):
        return "woof, not " + super().sound()


class Puppy(Dog):
    def sound(self):
        return super().sound().upper()


generic, dog, puppy = Animal("it"), Dog("Rex", "roll"), Puppy("Bit", "sit")
for animal in (generic, dog, puppy):
    print(animal.speak(), animal.kind, type(animal).__name__)
print(Animal.count, dog.trick, isinstance(puppy, Animal), isinstance(generic, Dog))
print(issubclass(Puppy, Animal), issubclass(Animal, Dog), issubclass(Dog, Dog))
dog.kind = "instance"
print(dog.kind, Dog.kind, puppy.kind)
del dog.kind
print(dog.kind, Dog.__name__, dog.__class__ is Dog, Animal.__doc__)
print(Animal.speak(dog), isinstance(1, (str, int)), type(dog) is Dog)
method = puppy.speak
dog.speak = lambda: "replaced"
print(method(), dog.speak())
