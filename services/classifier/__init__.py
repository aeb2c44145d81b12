"""What an article is about, with the words that say so: relevance, topics, entities, genre, weight."""
